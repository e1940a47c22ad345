export { main, plainCommands, served } from './main.ts'
