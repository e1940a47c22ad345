export * from './github/index.ts'
export type { Shop } from './shop/make-shop.ts'
export { makeShop } from './shop/make-shop.ts'
