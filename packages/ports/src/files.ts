/** Paths are relative to the working directory, with `/`. One that leads outside of it is a ConfigurationError. */
export interface Files {
  /** Undefined where there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>
  /** Entries of a folder, sorted by name; undefined where there is no such folder. */
  list(path: string): Promise<readonly FileEntry[] | undefined>
  /** Makes the folders above it. */
  write(path: string, content: string | Uint8Array): Promise<void>
}

export interface FileEntry {
  readonly name: string
  readonly kind: 'file' | 'folder' | 'other'
  /** Bytes, of a file. */
  readonly size: number
}
