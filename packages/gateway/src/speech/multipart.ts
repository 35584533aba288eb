/** A form with one file (RFC 7578), whole in memory. */
export interface Form {
  readonly contentType: string
  readonly body: Uint8Array
}

/**
 * @param fields - Names and values; a name may come twice. Line ends in values are made blanks.
 * @param boundary - Must not be in the file: random, and long.
 */
export function multipart(
  fields: readonly (readonly [name: string, value: string])[],
  file: {
    readonly name: string
    readonly filename: string
    readonly type: string
    readonly bytes: Uint8Array
  },
  boundary: string,
): Form {
  const texts = fields.map(
    ([name, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value.replace(/[\r\n]+/g, ' ')}\r\n`,
  )
  const opening = `--${boundary}\r\nContent-Disposition: form-data; name="${file.name}"; filename="${file.filename}"\r\nContent-Type: ${file.type}\r\n\r\n`
  const body = Buffer.concat([
    Buffer.from(texts.join('')),
    Buffer.from(opening),
    file.bytes,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ])
  return { contentType: `multipart/form-data; boundary=${boundary}`, body }
}
