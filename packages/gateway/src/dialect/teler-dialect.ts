import { isRecord, notUnderstood, readJson, type Json, type Platform } from './platform-dialect.ts'

/**
 * FreJun Teler's flow (frejun.ai/docs, "Call flow"): one JSON question, one action for an answer. How Teler signs is not published: the
 * Standard Webhooks headers are ours.
 */
export const teler: Platform = {
  ask: ({ call, accountSid, direction, from, to }) => ({
    contentType: 'application/json',
    accept: 'application/json',
    body: JSON.stringify({
      call_id: call,
      account_id: accountSid,
      from_number: from,
      to_number: to,
      direction,
    }),
  }),
  read(answer, note) {
    const flow = readJson(answer)
    if (!isRecord(flow)) notUnderstood('a flow is one JSON object')
    const record = flow['record'] === true ? [{ type: 'record' }] : []
    switch (flow['action']) {
      case 'stream':
        return [...record, streamOf(flow)]
      case 'play':
        // Its documents say `media_url`, its SDKs send `file_url`.
        return [{ type: 'play', url: flow['media_url'] ?? flow['file_url'] }]
      case 'hangup':
        return [{ type: 'hangup' }]
      case 'dial':
        if (flow['status_callback_url'] !== undefined)
          note('dial: status_callback_url is not told of anything')
        return [...record, dialOf(flow)]
      default:
        return notUnderstood('action is none of stream, play, hangup, dial')
    }
  },
}

function streamOf({ ws_url: url, sample_rate: rate = '8k', chunk_size: chunk = 400 }: Json): object {
  if (rate !== '8k' && rate !== '16k') notUnderstood('sample_rate is neither 8k nor 16k')
  const isChunk = typeof chunk === 'number' && chunk >= 20 && chunk <= 2_000 && chunk % 20 === 0
  if (!isChunk) notUnderstood('chunk_size is no multiple of 20 from 20 to 2000')
  return { type: 'stream', url, wire: 'teler', options: { rate, chunk_ms: chunk } }
}

function dialOf({ to_number: to, from_number: from }: Json): object {
  return { type: 'dial', to, ...(typeof from === 'string' && from !== '' && { from }) }
}
