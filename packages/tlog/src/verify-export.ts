import type { Checkpoint } from './checkpoint.ts'
import { exportVerifier, type ExportReport, type ExportVerifier } from './export-verifier.ts'
import type { Policy } from './policy.ts'

/** Far above a checkpoint with every witness’s signature. */
const maxLineBytes = 1024 * 1024

/** Verifies an export as it is read. Rejects only with what `chunks` throws. */
export async function verifyExport(
  chunks: AsyncIterable<Uint8Array>,
  policy: Policy,
  known: readonly Checkpoint[] = [],
): Promise<ExportReport> {
  const verifier = exportVerifier(policy, known)
  let pieces: Uint8Array[] = [] // of a line whose end is not there yet
  let gathered = 0
  for await (const chunk of chunks) {
    pieces.push(chunk)
    gathered += chunk.length
    if (gathered <= maxLineBytes && !chunk.includes(newline)) continue
    const rest = takeLines(verifier, Buffer.concat(pieces))
    pieces = [rest]
    gathered = rest.length
  }
  if (gathered > 0) verifier.take(Buffer.concat(pieces))
  return verifier.end()
}

const newline = 10

/** Takes every whole line; what is left is the caller's. */
function takeLines(verifier: ExportVerifier, bytes: Buffer): Uint8Array {
  let from = 0
  for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, from)) {
    verifier.take(bytes.subarray(from, end))
    from = end + 1
  }
  // A line without end is cut where no true one reaches: it is then found to be wrong, in bounded memory.
  for (; bytes.length - from > maxLineBytes; from += maxLineBytes)
    verifier.take(bytes.subarray(from, from + maxLineBytes))
  return new Uint8Array(bytes.subarray(from))
}
