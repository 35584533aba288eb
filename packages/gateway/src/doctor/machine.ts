import { readFile } from 'node:fs/promises'
import { availableParallelism, freemem } from 'node:os'
import { fault, fine, warning, type Examination, type Finding } from './contract.ts'

/** A leg has two UDP sockets, its signalling and its app's socket; and there is all the rest. */
const filesPerCall = 6
const filesForTheRest = 256
const bytesPerCall = 512 * 1_024
const mib = 1_024 * 1_024

/** Node, its OpenSSL, and what the machine lets a process have. */
export const machine: Examination = {
  about: 'machine',
  async examine({ calls }) {
    const findings: Finding[] = [judgeRuntime(process.versions.node, process.versions.openssl)]
    const files = openFilesOf(await readFile('/proc/self/limits', 'utf8').catch(() => ''))
    if (files !== undefined) findings.push(judgeFiles(files, calls.maxConcurrent))
    findings.push(judgeMemory(freemem(), calls.maxConcurrent))
    return findings
  },
}

/** Types are stripped, and post-quantum TLS is there, from Node 26 on. */
export function judgeRuntime(node: string, openssl: string): Finding {
  const runtime = `Node ${node}, OpenSSL ${openssl}, ${availableParallelism()} cores`
  return Number.parseInt(node, 10) >= 26
    ? fine('machine', runtime)
    : fault('machine', runtime, 'Run it by ./voxkeep, which brings Node 26.')
}

/** The soft limit of open files in the text of `/proc/self/limits`; undefined where it is not there. */
export function openFilesOf(limits: string): number | undefined {
  const [, soft] = /^Max open files\s+(\d+|unlimited)/m.exec(limits) ?? []
  return soft === undefined ? undefined : soft === 'unlimited' ? Infinity : Number(soft)
}

export function judgeFiles(files: number, maxCalls: number): Finding {
  const needed = filesForTheRest + maxCalls * filesPerCall
  return files >= needed
    ? fine('machine', `${files} open files are allowed, ${needed} are needed for ${maxCalls} calls`)
    : warning(
        'machine',
        `${files} open files are allowed, and ${maxCalls} calls (calls.maxConcurrent) may need ${needed}`,
        `Raise the limit (LimitNOFILE=${needed} in a systemd unit, "ulimit -n ${needed}" in a shell), or lower calls.maxConcurrent.`,
      )
}

export function judgeMemory(freeBytes: number, maxCalls: number): Finding {
  const needed = 256 * mib + maxCalls * bytesPerCall
  const free = `${Math.floor(freeBytes / mib)} MiB of memory are free`
  return freeBytes >= needed
    ? fine('machine', free)
    : warning(
        'machine',
        `${free}, and ${maxCalls} calls may need ${Math.ceil(needed / mib)} MiB`,
        'Give the machine more memory, or lower calls.maxConcurrent.',
      )
}
