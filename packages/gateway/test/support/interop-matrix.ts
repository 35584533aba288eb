import { join } from 'node:path'
import { readE2eTests, type E2eTest } from './e2e-tests.ts'
import { interopItems, type InteropItem } from './interop-items.ts'

/** Columns in their order: whom a test meets, by the first of these words in its name, its suite's title or what it needs. */
const peers = [
  { title: 'baresip', word: /baresip/i },
  { title: 'linphone', word: /linphone/i },
  { title: 'SIPp', word: /sipp\b/i },
  { title: 'Kamailio', word: /kamailio/i },
  { title: 'Kamailio with rtpengine', word: /^.*rtpengine.*$/i },
  { title: 'softphone (ours)', word: /softphone/i },
] as const
type Peer = (typeof peers)[number]['title']

const counterparts: ReadonlySet<string> = new Set(['baresip', 'linphonec', 'sipp', 'kamailio', 'rtpengine'])
/** Suites of our own phone that are about peers. The others are about attackers, crashes and networks. */
const ownSuites: ReadonlySet<string> = new Set([
  'dial',
  'outbound-call',
  'outbound-phones',
  'quality',
  'refer',
  'trunk-life',
])

export interface Exercised extends E2eTest {
  readonly peer: Peer
}

/** The tests that meet a peer, with whom. */
export function exercisedTests(tests: readonly E2eTest[]): readonly Exercised[] {
  return tests
    .filter(({ suite, needs }) => ownSuites.has(suite) || needs.some((name) => counterparts.has(name)))
    .map((test) => ({ ...test, peer: peerOf(test) }))
}

function peerOf({ name, about, needs }: E2eTest): Peer {
  if (/rtpengine/.test(name)) return 'Kamailio with rtpengine'
  for (const text of [name, about, needs.join(' ')]) {
    const [first] = peers
      .map(({ title, word }) => ({ title, at: title.includes('rtpengine') ? -1 : text.search(word) }))
      .filter(({ at }) => at >= 0)
      .toSorted((a, b) => a.at - b.at)
    if (first !== undefined) return first.title
  }
  return 'softphone (ours)'
}

export function testsOf({ tests: pattern }: InteropItem, tests: readonly Exercised[]): readonly Exercised[] {
  return tests.filter(({ suite, name }) => pattern.test(`${suite}: ${name}`))
}

/** docs/interop-matrix.md, from the end-to-end tests as they stand. */
export function interopMatrix(tests: readonly Exercised[]): string {
  const rows = interopItems.map((item) => rowOf(item, tests))
  const sections = interopItems.map((item) => sectionOf(item, tests))
  return [
    ...opening,
    `| | ${peers.map(({ title }) => title).join(' | ')} |`,
    `|${' --- |'.repeat(peers.length + 1)}`,
    ...rows,
    '',
    ...sections.flat(),
  ].join('\n')
}

const opening = [
  '# Who was met, and in what',
  '',
  'Made from the end-to-end tests by `node packages/gateway/test/support/interop-matrix.ts > docs/interop-matrix.md`. A number says how many tests',
  'of `packages/gateway/test/` exercise the item with that peer; it leads to their names. All of them run in `./voxkeep test`. An empty cell',
  'was not run with that peer: most often because the peer cannot do it. What each peer needs is in [interop.md](interop.md).',
  '',
]

function rowOf(item: InteropItem, tests: readonly Exercised[]): string {
  const found = testsOf(item, tests)
  const cells = peers.map(({ title }) => {
    const count = found.filter(({ peer }) => peer === title).length
    return count === 0 ? '' : `[${count}](#${anchorOf(item.title)})`
  })
  return `| ${item.title} | ${cells.join(' | ')} |`
}

function sectionOf(item: InteropItem, tests: readonly Exercised[]): readonly string[] {
  const found = testsOf(item, tests)
  const lines = peers.flatMap(({ title }) =>
    found
      .filter(({ peer }) => peer === title)
      .map(({ suite, name }) => `- ${title}: “${name.replaceAll('|', '\\|')}” (\`${suite}.e2e.test.ts\`)`),
  )
  return [
    `## ${item.title}`,
    '',
    ...(item.unseen === undefined ? [] : [item.unseen, '']),
    ...(lines.length === 0 ? [] : [...lines, '']),
  ]
}

/** As GitHub makes anchors of headings. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-')
}

if (import.meta.main)
  process.stdout.write(interopMatrix(exercisedTests(readE2eTests(join(import.meta.dirname, '..')))))
