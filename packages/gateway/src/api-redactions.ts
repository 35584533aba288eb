import type { ApiMarks, ApiRedactions } from '#api'
import type { Audit, AuditEntry } from '#audit'
import type { Mark, MarkRow, RecordingRow } from '#db'
import { marksDigest } from '#vault'
import type { Redactor } from './open-redaction.ts'

/** The API's redactions: done one after the other, and their marks compared with what the audit log says of them. */
export function apiRedactions(o: {
  readonly redactor: Redactor
  readonly audit: Pick<Audit, 'ofCall'>
}): ApiRedactions {
  return {
    redact: (request) => o.redactor.redact(request),
    async marks(row) {
      const rows = await o.redactor.rows.marks(row.tenant, row.id)
      const marks = rows.map(markOf)
      return { marks, audited: audited(row, marks, await o.audit.ofCall(row.tenant, row.call_id)) }
    },
  }
}

export function markOf({ channel, from_ms: fromMs, to_ms: toMs, kind, why }: MarkRow): Mark {
  return { channel, fromMs, toMs, kind, why }
}

/** By the last entry about how the recording came to be. */
function audited(
  row: RecordingRow,
  marks: readonly Mark[],
  entries: readonly AuditEntry[],
): ApiMarks['audited'] {
  const entry = entries.findLast(
    ({ type, fields }) =>
      (type === 'recording.redacted' && fields['replacedBy'] === row.id) ||
      ((type === 'recording.sealed' || type === 'recording.recovered') && fields['recording'] === row.id),
  )
  const digest = entry?.fields['marksSha256']
  if (digest === undefined) return 'none'
  return digest === marksDigest(marks) ? 'same' : 'different'
}
