import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'

/** A network namespace of its own, where a loopback interface is all there is. Needs root. */
export interface Namespace extends Disposable {
  /** Runs a TypeScript file there; resolves with what it printed. Rejects when it fails. */
  run(file: string, args: readonly string[], signal: AbortSignal): Promise<string>
}

export function openNamespace(name: string): Namespace {
  ip('netns', 'add', name)
  ip('-n', name, 'link', 'set', 'lo', 'up')
  return {
    async run(file, args, signal) {
      const child = spawn('ip', ['netns', 'exec', name, process.execPath, file, ...args], {
        signal,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let [output, errors] = ['', '']
      child.stdout.on('data', (data: Buffer) => (output += data.toString()))
      child.stderr.on('data', (data: Buffer) => (errors += data.toString()))
      const [code] = (await once(child, 'close')) as [number | null]
      if (code !== 0) throw new Error(`${file} ended with ${code}: ${errors}`)
      return output
    },
    [Symbol.dispose]: () => void spawnSync('ip', ['netns', 'del', name]),
  }
}

/** Why tests with `tc qdisc netem` cannot run here, or `false`. A kernel cannot be had from apt, so that holds in CI as well. */
export function withoutNetem(): string | false {
  if (process.getuid?.() !== 0) return 'network namespaces need root'
  const name = `voxkeep-probe-${process.pid}`
  try {
    using _ = openNamespace(name)
    impairUdp(name, ['delay', '1ms'])
    return false
  } catch {
    return 'this kernel has no network namespaces or no netem (tc qdisc … netem): apt-get install iproute2, modprobe sch_netem'
  }
}

/** Has the kernel do this to every UDP datagram on the loopback interface of a namespace; TCP is left alone. */
export function impairUdp(name: string | undefined, netem: readonly string[]): void {
  const tc = (...args: string[]) => {
    const command = ['tc', ...args]
    const [program = '', ...rest] = name === undefined ? command : ['ip', 'netns', 'exec', name, ...command]
    execFileSync(program, rest, { stdio: ['ignore', 'ignore', 'pipe'] })
  }
  const lo = ['dev', 'lo']
  try {
    tc('qdisc', 'del', ...lo, 'root')
  } catch {
    // nothing was there
  }
  // The fourth band is the one that no packet comes to unless a filter sends it there.
  tc('qdisc', 'add', ...lo, 'root', 'handle', '1:', 'prio', 'bands', '4')
  tc('qdisc', 'add', ...lo, 'parent', '1:4', 'handle', '30:', 'netem', 'limit', '10000', ...netem)
  const udp = ['match', 'ip', 'protocol', '17', '0xff']
  tc('filter', 'add', ...lo, 'parent', '1:0', 'protocol', 'ip', 'prio', '1', 'u32', ...udp, 'flowid', '1:4')
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}
