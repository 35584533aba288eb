import { searchLine, fieldsText, audioLines, receiptLines, type Line } from './lines.ts'
import type { AuditEntry } from '@voxkeep/sdk'
import type { DemoFacts, StoryLine } from './facts.ts'
import { Markup, markup } from './markup.ts'
import { reportStyle } from './report-style.ts'
import { sequenceSvg } from './sequence-svg.ts'
import { sequenceOf } from './sequence.ts'
import { waveformSvg, type Waveform } from './waveform-svg.ts'

/** The whole report as one HTML file that loads nothing: no script, no font, no image. It holds no audio, only its outline. */
export function htmlReport(facts: DemoFacts, problems: readonly string[], madeAt: Date): string {
  const { call } = facts
  const policy = "default-src 'none'; style-src 'unsafe-inline'"
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Voxkeep demo: one call</title>
<style>${new Markup(reportStyle)}</style></head><body><main>
${header(problems)}
${tiles(facts)}
${call ? section('The call', 'Every message between the three, as the gateway noted it. From top to bottom in time, not to scale.', sequenceSvg(sequenceOf(call))) : ''}
${waveforms(facts)}
${section('Security receipt', 'What protected each hop, from the receipt that the gateway keeps with every call.', lineTable(receiptLines(facts)))}
${section('What came through', 'The audio as the phone measured it, and the frames as the gateway counted them.', lineTable(audioLines(facts)))}
${attempts(facts)}
${search(facts)}
${call ? section('The call’s story', 'What the gateway noted while it went on: GET /v1/calls/{id}.', storyTable(call.story, call.started_at)) : ''}
${facts.trail ? section('Audit log', 'The call’s entries, leaves of the log’s Merkle tree: nothing can be changed or taken out unnoticed.', trailTable(facts.trail)) : ''}
<footer>Made on ${madeAt.toISOString()} by “voxkeep demo”, on this machine alone. This file loads nothing and holds no audio.</footer>
</main></body></html>
`.text
}

function header(problems: readonly string[]): Markup {
  const badge =
    problems.length === 0
      ? markup`<span class="badge">All is well</span>`
      : markup`<span class="badge bad">Not well</span><ul class="problems">${problems.map((problem) => markup`<li>${problem}</li>`)}</ul>`
  return markup`<header>${badge}<h1>One call, and all that protected it</h1>
<p>A phone called a gateway that was set up for this demo alone, over SIP/TLS and SRTP. The app was asked by signed webhook,
had the call recorded, and sent the caller’s audio back over a TLS WebSocket. Then the recording was opened and compared, attacks were tried, and everything that was
written was searched for plaintext.</p></header>`
}

function tiles({ phone, roundTrips, recording, search }: DemoFacts): Markup {
  return markup`<div class="tiles">${[
    tile(milliseconds(phone?.setupMs, 0), 'from INVITE to answer, the app’s webhook included'),
    tile(
      milliseconds(roundTrips?.p50Ms, 1),
      `audio’s median way to the app and back; 99 % within ${milliseconds(roundTrips?.p99Ms, 1)}`,
    ),
    tile(
      percent(recording?.leftMatch.correlation),
      'likeness of the decrypted recording to what the caller said',
    ),
    tile(
      search === undefined ? '–' : String(search.findings.length),
      search === undefined
        ? 'not searched'
        : `traces of plaintext in the ${(search.bytes / 1e6).toFixed(0)} MB that were written`,
    ),
  ]}</div>`
}

function tile(value: string, what: string): Markup {
  return markup`<div class="tile"><b>${value}</b><span>${what}</span></div>`
}

function milliseconds(value: number | undefined, digits: number): string {
  return value === undefined || Number.isNaN(value) ? '–' : `${value.toFixed(digits)} ms`
}

function percent(value: number | undefined): string {
  return value === undefined ? '–' : `${(Math.floor(value * 10_000) / 100).toFixed(2)} %`
}

function section(title: string, about: string, content: Markup): Markup {
  return markup`<section><h2>${title}</h2><p>${about}</p>${content}</section>`
}

function waveforms({ spoken, phone, heard, recording }: DemoFacts): Markup {
  if (spoken === undefined) return markup``
  const waves: Waveform[] = [
    {
      title: 'Spoken',
      note: 'by the caller, before encryption',
      samples: spoken,
      fromSample: 0,
      kind: 'spoken',
    },
  ]
  if (recording) {
    const { left, right, leftMatch, rightMatch } = recording
    const note = ({ correlation }: typeof leftMatch) =>
      `decrypted from the vault, ${percent(correlation)} alike`
    waves.push(
      {
        title: 'Recording, left',
        note: `the caller, ${note(leftMatch)}`,
        samples: left,
        fromSample: leftMatch.lagSamples,
        kind: 'left',
      },
      {
        title: 'Recording, right',
        note: `the app, ${note(rightMatch)}`,
        samples: right,
        fromSample: rightMatch.lagSamples,
        kind: 'right',
      },
    )
  }
  if (phone && heard) {
    const note = `by the caller, from the app, ${percent(heard.correlation)} alike`
    waves.push({ title: 'Heard', note, samples: phone.heard, fromSample: heard.lagSamples, kind: 'heard' })
  }
  const drawn = waves.map((wave) => waveformSvg(wave, spoken.length))
  return section('The audio', 'The same sentence at four places, laid under each other.', markup`${drawn}`)
}

function lineTable(lines: readonly Line[]): Markup {
  return markup`<table>${lines.map(([name, value]) => markup`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</table>`
}

function attempts({ attempts = [] }: DemoFacts): Markup {
  if (attempts.length === 0) return markup``
  const rows = attempts.map(
    ({ what, how, refused }) =>
      markup`<tr><td class="${refused ? 'yes' : 'no'}">${refused ? 'refused' : 'not refused'}</td><td>${what}</td><td>${how}</td></tr>`,
  )
  return section(
    'What was tried and must not work',
    'After the call, against the same gateway and app.',
    markup`<table>${rows}</table>`,
  )
}

function search(facts: DemoFacts): Markup {
  const findings = (facts.search?.findings ?? []).map(
    ({ what, file, offset }) =>
      markup`<tr><td class="no">${what}</td><td class="mono">${file}</td><td class="number">${offset}</td></tr>`,
  )
  const about =
    'Database, recordings and logs (at the level debug) were searched for the numbers of both sides, the speech as µ-law, A-law, PCM and base64, the recording’s own samples, the webhook secret, the API token, SDP with SRTP keys, the keyring’s keys and the TLS keys.'
  return section(
    'Plaintext in what was written',
    about,
    markup`<table><tr><td>${searchLine(facts)}</td></tr>${findings}</table>`,
  )
}

function storyTable(story: readonly StoryLine[], startedAt: string): Markup {
  const rows = story.map(({ at, kind, fields }) => {
    const seconds = (Date.parse(at) - Date.parse(startedAt)) / 1_000
    return markup`<tr><td class="number">${seconds.toFixed(3)} s</td><td class="kind">${kind}</td><td>${fieldsText(fields)}</td></tr>`
  })
  return markup`<table>${rows}</table>`
}

function trailTable(trail: readonly AuditEntry[]): Markup {
  const rows = trail.map(
    ({ index, type, actor, fields, hash }) =>
      markup`<tr><td class="number">${index}</td><td class="kind">${type}</td><td>${actor}${Object.keys(fields).length > 0 ? ': ' : ''}${fieldsText(fields)}</td><td class="mono hash">${hash.slice(0, 16)}…</td></tr>`,
  )
  return markup`<table>${rows}</table>`
}
