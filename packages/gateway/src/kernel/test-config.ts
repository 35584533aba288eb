import { ConfigError, parseConfig } from './config.ts'

/** What is wrong with a configuration that has this beside what every one needs, without where it stands. */
export function configFaults(more: object): string[] {
  const sip = { listen: [{ tls: { certFile: 'c', keyFile: 'k' } }] }
  try {
    parseConfig(JSON.stringify({ dataDir: '/var/lib/voxkeep', sip, ...more }), 'c')
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.faults.map((fault) => fault.replace(/^c:\d+: /, ''))
  }
}
