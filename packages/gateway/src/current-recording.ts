import type { RecordingRow, RecordingStore } from '#db'
import type { RecordingId, TenantId } from '#kernel'

/** A recording that was redacted so often is followed no further. */
const maxSteps = 1_000

/** What stands for a recording now: itself, or what took its place when it was redacted. */
export async function currentRecording(
  rows: Pick<RecordingStore, 'get'>,
  tenant: TenantId,
  id: RecordingId,
): Promise<RecordingRow | undefined> {
  let row = await rows.get(tenant, id)
  for (let steps = 0; steps < maxSteps && row?.replaced_by != null; steps++)
    row = await rows.get(tenant, row.replaced_by)
  return row
}
