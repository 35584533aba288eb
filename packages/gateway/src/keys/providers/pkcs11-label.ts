/** How a key's label says which version of which key it is, and when it is to be destroyed: `acme#3`, `acme#3~1790000000000`. */
export interface KeyLabel {
  readonly name: string
  readonly version: number
  /** Milliseconds since 1970. */
  readonly destroyAtMs?: number | undefined
}

export function serializeKeyLabel({ name, version, destroyAtMs }: KeyLabel): string {
  return `${name}#${version}${destroyAtMs === undefined ? '' : `~${destroyAtMs}`}`
}

/** Undefined for a label that is none of ours. */
export function parseKeyLabel(text: string): KeyLabel | undefined {
  const [, name, version, destroyAt] = /^(.{1,200})#([1-9]\d{0,8})(?:~(\d{1,15}))?$/s.exec(text) ?? []
  if (name === undefined || version === undefined) return undefined
  return {
    name,
    version: Number(version),
    ...(destroyAt !== undefined && { destroyAtMs: Number(destroyAt) }),
  }
}
