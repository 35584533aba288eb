import type { Call } from '@voxkeep/sdk'

interface StoryLine {
  readonly at: string
  readonly kind: string
  readonly fields?: Readonly<Record<string, unknown>>
}

/** A call as a person reads it: who, when, what happened, what protected it, and its SIP ladder. */
export function describeCall(call: Call & Readonly<Record<string, unknown>>): string {
  return [
    `${call.id}  ${call.state}${call.end_reason === null ? '' : ` (${call.end_reason})`}`,
    `from ${call.from} to ${call.to} by ${call.trunk}, ${call.started_at}`,
    '',
    'Story',
    ...list(call['story']).map((line) => storyLine(line as StoryLine, call.started_at)),
    '',
    'Security receipt',
    ...indented(call['receipt']),
    '',
    'SIP ladder',
    ...list(call['ladder']).map((entry) => `  ${typeof entry === 'string' ? entry : inline(entry)}`),
  ].join('\n')
}

function storyLine(line: StoryLine, startedAt: string): string {
  const afterMs = Date.parse(line.at) - Date.parse(startedAt)
  return `  ${`${(afterMs / 1_000).toFixed(3)} s`.padStart(10)}  ${line.kind.padEnd(22)} ${inline(line.fields ?? {})}`
}

function inline(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.entries(value)
    .map(([name, item]) => `${name}=${typeof item === 'object' ? JSON.stringify(item) : String(item)}`)
    .join(' ')
}

function indented(value: unknown, depth = 1): string[] {
  if (typeof value !== 'object' || value === null) return [`${'  '.repeat(depth)}none yet`]
  return Object.entries(value).flatMap(([name, item]) => {
    const label = `${'  '.repeat(depth)}${name}`
    if (Array.isArray(item))
      return [
        `${label}${item.length === 0 ? ': none' : ''}`,
        ...item.map((each) => `${'  '.repeat(depth + 1)}${inline(each)}`),
      ]
    return [`${label}: ${inline(item)}`]
  })
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
