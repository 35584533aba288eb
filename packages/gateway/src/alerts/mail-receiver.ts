import { readFileSync } from 'node:fs'
import { createTransport, type SendMailOptions, type Transporter } from 'nodemailer'
import type { AlertReceiverConfig, Secret } from '#kernel'
import type { AlertReceiver } from './alert.ts'
import { alertSubject, alertText } from './describe-alert.ts'
import { AlertError } from './error.ts'
import { accepting } from './receiver-filter.ts'

type MailConfig = Extract<AlertReceiverConfig, { kind: 'email' }>

/** Tells by e-mail, never in clear: without TLS that verifies, nothing is sent, the password least of all. */
export function mailReceiver(
  config: MailConfig,
  deps: { readonly node: string; readonly readSecret: (reference: string) => Secret<string> },
): AlertReceiver {
  return {
    id: config.id,
    accepts: accepting(config),
    async send(alerts, signal) {
      const transport = open(config, deps.readSecret)
      const close = () => transport.close()
      signal.addEventListener('abort', close, { once: true })
      try {
        await transport.sendMail({
          from: config.from,
          to: config.to,
          subject: alertSubject(alerts),
          text: `${alerts.map(alertText).join('\n\n')}\n\n-- \nVoxkeep, node ${deps.node}\n`,
          // The same for every attempt, so that whoever gets it twice can tell.
          messageId: `<${alerts[0]?.id ?? 'none'}.${alerts[0]?.told_at?.getTime() ?? 0}.${config.id}@${domainOf(config.from)}>`,
          headers: { 'Auto-Submitted': 'auto-generated' },
        } satisfies SendMailOptions)
      } catch (cause) {
        throw new AlertError('ALERT_NOT_DELIVERED', 'the mail server did not take the message', { cause })
      } finally {
        signal.removeEventListener('abort', close)
        transport.close()
      }
    },
  }
}

/** Certificates and the password are read each time: they may have changed. */
function open(config: MailConfig, readSecret: (reference: string) => Secret<string>): Transporter {
  const { host, port, tls, user, password, caFile, serverName, timeoutMs } = config
  return createTransport({
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: false,
    opportunisticTLS: false,
    disableFileAccess: true,
    disableUrlAccess: true,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    ...(user !== undefined &&
      password !== undefined && { auth: { user, pass: readSecret(password).reveal() } }),
    tls: {
      minVersion: 'TLSv1.2',
      rejectUnauthorized: true,
      ...(caFile !== undefined && { ca: readFileSync(caFile) }),
      ...(serverName !== undefined && { servername: serverName }),
    },
  })
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1)
}
