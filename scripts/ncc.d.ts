declare module '@vercel/ncc' {
  interface Asset {
    readonly source: string | Buffer
    readonly permissions: number
  }
  interface Options {
    readonly cache: false
    readonly minify: boolean
    readonly sourceMap: boolean
    readonly quiet: boolean
    readonly license: string
    readonly target: string
    readonly esm: boolean
  }
  /** The package ships no types. */
  export default function ncc(entry: string, options: Options): Promise<{ readonly code: string; readonly assets: Readonly<Record<string, Asset>> }>
}
