export { fromBase64, hashFromBase64, toBase64 } from './base64.ts'
export { isOrigin, parseCheckpoint, type Checkpoint } from './checkpoint.ts'
export {
  parseControlLine,
  serializeControlLine,
  type ControlLine,
  type ExportHeader,
} from './export-lines.ts'
export { type ExportReport, type Finding } from './export-verifier.ts'
export { frontier, rootOf, type Frontier } from './frontier.ts'
export { emptyRoot, leafHash, nodeHash, sameBytes } from './hash.ts'
export { makeConsistencyProof, makeInclusionProof, readRoot, type ReadNodes } from './make-proof.ts'
export {
  isKeyName,
  parseNote,
  parseSignatures,
  serializeNote,
  serializeSignature,
  type Note,
  type NoteSignature,
} from './note.ts'
export { judgeCheckpoint, type Judged, type Policy } from './policy.ts'
export { perfectNodes } from './ranges.ts'
export { openCheckpoint, signCheckpoint, type OpenedCheckpoint } from './signed-checkpoint.ts'
export { seedBytes, signer, type Signer } from './signer.ts'
export { edgeWidths, tileEdge, type FullTile, type TileEdge } from './tile-edge.ts'
export { nodesOfTiles, type ReadTiles, type TilePart } from './tile-reader.ts'
export {
  maxLeafBytes,
  parseBundle,
  parseTile,
  parseTilePath,
  serializeBundle,
  serializeTile,
  tilePath,
  tileWidth,
  type TileId,
} from './tiles.ts'
export { parseTlogProof, serializeTlogProof, verifyTlogProof, type TlogProof } from './tlog-proof.ts'
export { parseVerifierKey, type SignatureKind, type VerifierKey } from './verifier-key.ts'
export { verifyConsistency, verifyInclusion, verifySubtreeConsistency } from './verify-proof.ts'
export { verifyExport } from './verify-export.ts'
export {
  judgeAddCheckpoint,
  parseAddCheckpoint,
  serializeAddCheckpoint,
  type AddCheckpoint,
  type Witnessed,
  type WitnessAnswer,
} from './witness.ts'
