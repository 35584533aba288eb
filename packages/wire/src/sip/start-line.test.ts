import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseStartLine } from './start-line.ts'

test('parseStartLine() reads a request line and a status line', () => {
  assert.deepEqual(parseStartLine('INVITE sip:a@b sip/2.0'), {
    kind: 'request',
    method: 'INVITE',
    uri: 'sip:a@b',
  })
  assert.deepEqual(parseStartLine('SIP/2.0 200 Fine  thanks'), {
    kind: 'response',
    status: 200,
    reason: 'Fine  thanks',
  })
})

test('parseStartLine() guesses what a bad request line meant, to answer it', () => {
  const malformed = { reason: 'malformed request line', status: 400 }
  assert.deepEqual(parseStartLine(' BYE  <sip:a>; lr SIP/2.0 '), {
    kind: 'request',
    method: 'BYE',
    uri: '<sip:a>; lr',
    fault: malformed,
  })
  assert.deepEqual(parseStartLine('BYE sip:a SIP/3.0'), {
    kind: 'request',
    method: 'BYE',
    uri: 'sip:a',
    fault: { reason: 'unknown protocol version', status: 505 },
  })
})

function meansToBeSip(line: string): boolean {
  const start = parseStartLine(line)
  assert.ok(start.kind === 'bad', line)
  return start.isSip
}

test('parseStartLine() tells bad SIP from what is no SIP at all', () => {
  const sip = ['SIP/2.0 99 x', 'SIP/2.0 700 x', 'SIP/3.0 200 OK', 'B/E sip:a SIP/2.0', 'BYE SIP/2.0']
  const other = ['', 'GET / HTTP/1.1', 'x', '\u0016\u0003\u0001']
  assert.deepEqual(sip.map(meansToBeSip), [true, true, true, true, true])
  assert.deepEqual(other.map(meansToBeSip), [false, false, false, false])
})

test('parseStartLine() undoes writing a start line, and survives any text', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary-ascii' }), (text) => void parseStartLine(text)))
  const method = fc.stringMatching(/^[A-Z!%*_+`'~.-]{1,9}$/)
  const uri = fc.stringMatching(/^[!#-;=?-~]{1,20}$/)
  fc.assert(
    fc.property(method, uri, (method, uri) => {
      assert.deepEqual(parseStartLine(`${method} ${uri} SIP/2.0`), { kind: 'request', method, uri })
    }),
  )
  const reason = fc.string({ unit: 'grapheme' })
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 699 }), reason, (status, reason) => {
      assert.deepEqual(parseStartLine(`SIP/2.0 ${status} ${reason}`), { kind: 'response', status, reason })
    }),
  )
})
