/** Ends the process once all that was printed has left it. A port may hold sockets open; nothing waits for them. */
export async function leave(code: number): Promise<never> {
  for (const stream of [process.stdout, process.stderr]) await new Promise<void>((resolve) => stream.write('', () => resolve()))
  return process.exit(code)
}
