import type { Receipt } from './api.ts'
import { el } from './dom.ts'

type State = 'safe' | 'none' | 'bad'

/** What protects the call, hop by hop: a sign, what it is, and by what. */
export function receiptView(receipt: Receipt): HTMLElement {
  return el(
    'dl',
    { class: 'receipt' },
    ...rows(receipt).flatMap(([state, what, how]) => line(state, what, how)),
  )
}

const signs: Readonly<Record<State, string>> = { safe: '✓', none: '–', bad: '!' }

function line(state: State, what: string, how: string): readonly HTMLElement[] {
  return [
    el('dt', { class: state }, el('span', { class: 'sign', 'aria-label': state }, signs[state]), ` ${what}`),
    el('dd', {}, how),
  ]
}

function rows(receipt: Receipt): readonly (readonly [State, string, string])[] {
  const { sip, srtp, identity, webhooks, streams, recordings, consent, redaction, secureCapture } = receipt
  const { verifications = [] } = receipt
  return [
    sip === null
      ? ['none', 'Signalling', 'not connected yet']
      : ['safe', 'Signalling', `${tlsText(sip)}; peer proved by ${sip.authenticatedBy.join(', ')}`],
    srtp === null
      ? ['none', 'Audio', 'none yet']
      : [
          srtp.suite === 'none' ? 'bad' : 'safe',
          'Audio',
          srtp.suite === 'none' ? 'PLAIN RTP' : `SRTP ${srtp.suite}`,
        ],
    identity === null
      ? ['none', 'Caller’s identity', 'not asked for']
      : [
          identity.status === 'failed' ? 'bad' : identity.status === 'passed' ? 'safe' : 'none',
          'Caller’s identity',
          `${identity.status}${identity.attestation === undefined ? '' : `, attestation ${identity.attestation}`}`,
        ],
    [
      'safe',
      'Webhooks',
      webhooks.length === 0
        ? 'none yet'
        : `${webhooks.length}, each signed by ${webhooks[0]?.signedBy.join(' and ') ?? ''}`,
    ],
    ...streams.map(
      ({ host, tls, end }) =>
        [
          tls === null ? 'none' : 'safe',
          'Stream',
          `${host}: ${tls === null ? 'not connected' : tlsText(tls)}${end === null ? '' : `; ${end}`}`,
        ] as const,
    ),
    ...(recordings.length === 0
      ? [['none', 'Recording', 'nothing is recorded'] as const]
      : recordings.map(
          ({ state, keyRef }) =>
            [state === 'failed' ? 'bad' : 'safe', 'Recording', `${state} under ${keyRef}`] as const,
        )),
    ...consent.map(
      ({ party, state, required }) =>
        [
          state === 'refused' || state === 'unanswered' ? 'none' : 'safe',
          `Consent of ${party}`,
          `${state} (${required})`,
        ] as const,
    ),
    ...secureCapture.map(({ what, outcome }) => ['safe', 'Secure keys', `${what}: ${outcome}`] as const),
    ...verifications.map(
      ({ action, result }) =>
        [
          result === 'match' || result === 'enrolled' ? 'safe' : 'none',
          'Voice',
          `${action}: ${result}`,
        ] as const,
    ),
    redaction === null
      ? ['none', 'Redaction', 'nobody listens']
      : [
          'safe',
          'Redaction',
          `${foundText(redaction.found)}; ${(redaction.silencedMs / 1_000).toFixed(1)} s silenced`,
        ],
  ]
}

function tlsText({
  version,
  tlsVersion,
  cipher,
  group,
}: {
  version?: string
  tlsVersion?: string
  cipher: string
  group: string
}): string {
  const postQuantum = group.includes('MLKEM') ? ' (post-quantum)' : ''
  return `${tlsVersion ?? version ?? 'TLS'} ${cipher}${group === '' ? '' : `, ${group}${postQuantum}`}`
}

function foundText(found: Readonly<Record<string, number>>): string {
  const parts = Object.entries(found).map(([type, count]) => `${count} ${type}`)
  return parts.length === 0 ? 'nothing found' : parts.join(', ')
}
