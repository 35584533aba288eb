import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { createPki } from '@voxkeep/pki'
import { SMTPServer } from 'smtp-server'
import { watch } from './watch.ts'

export interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  readonly tls: boolean
  readonly user: string | undefined
  readonly text: string
}

/** A mail server on 127.0.0.1 that takes nothing in clear and nothing from strangers. */
export interface MailServer extends AsyncDisposable {
  readonly port: number
  readonly caPem: string
  readonly mails: readonly ReceivedMail[]
  until(what: string, probe: (mail: ReceivedMail) => boolean, timeoutMs?: number): Promise<ReceivedMail>
}

export async function startMailServer(o: {
  readonly tls: 'starttls' | 'implicit' | 'none'
  readonly user?: string
  readonly password?: string
}): Promise<MailServer> {
  const pki = await createPki()
  const { certPem, keyPem } = await pki.issue(['mail.test', '127.0.0.1'])
  const mails: ReceivedMail[] = []
  const { changed, until } = watch()
  const server = new SMTPServer({
    secure: o.tls === 'implicit',
    key: keyPem,
    cert: certPem,
    authOptional: o.user === undefined,
    disabledCommands: o.tls === 'none' ? ['STARTTLS'] : [],
    logger: false,
    onAuth(auth, _session, done) {
      if (auth.username === o.user && auth.password === o.password) done(null, { user: auth.username })
      else done(new Error('wrong user or password'))
    },
    onData(stream, session, done) {
      text(stream).then((body) => {
        const { envelope, secure, user } = session
        mails.push({
          from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
          to: envelope.rcptTo.map(({ address }) => address),
          tls: secure,
          user,
          text: body,
        })
        changed()
        done()
      }, done)
    },
  })
  server.on('error', () => {}) // a client that goes away
  const listener = server.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  return {
    port: (listener.address() as AddressInfo).port,
    caPem: pki.caPem,
    mails,
    until: (what, probe, timeoutMs) => until(what, () => mails.find(probe), timeoutMs),
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
