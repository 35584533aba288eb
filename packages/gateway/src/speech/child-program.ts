import { spawn, type ChildProcessByStdio } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'

export type Program = ChildProcessByStdio<Writable, Readable, null>

/**
 * Starts a program without a shell, in a process group of its own, with all that it sees of our environment.
 * Throws when there are no files, or no processes, to be had: another time there may be.
 */
export function startProgram(
  [file = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): Program {
  const program = spawn(file, args, { env: { ...env }, stdio: ['pipe', 'pipe', 'ignore'], detached: true })
  // Without files to be had there are no pipes, whatever the type says, and why comes a tick later.
  const { stdin, stdout }: Partial<Pick<Program, 'stdin' | 'stdout'>> = program
  if (stdin !== undefined && stdout !== undefined) return program
  program.on('error', () => {})
  throw new TypeError('there are no files to be had')
}

/** Whether a program that could not be started is not there, or not ours to run; else another time it may be. */
export function isMissing({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ENOENT' || code === 'EACCES'
}

/** Ends a program that runs, with its group: what it started goes too. */
export function endProgram({ pid, stdin, stdout }: Program): void {
  stdin.destroy()
  stdout.destroy()
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It is gone already.
  }
}
