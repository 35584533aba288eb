import { Command } from 'commander'
import { benchCommand } from './bench-command.ts'
import { callCommand } from './call-command.ts'
import { callsCommand } from './calls-command.ts'
import { checkCommand } from './check-command.ts'
import { dialingCommand } from './dialing-command.ts'
import { demoCommand } from './demo-command.ts'
import { fuzzCommand } from './fuzz-command.ts'
import { initCommand } from './init-command.ts'
import { recordingsCommand } from './recordings-command.ts'
import { testCommand } from './test-command.ts'
import { tokensCommand } from './tokens-command.ts'
import { upCommand } from './up-command.ts'

/** The whole command line, ready to parse. */
export function createProgram(): Command {
  return new Command('voxkeep')
    .description('The armoured transport between the telephone network and your own AI.')
    .version('0.1.0')
    .showHelpAfterError('(run "voxkeep help" or "voxkeep COMMAND --help")')
    .addCommand(demoCommand())
    .addCommand(initCommand())
    .addCommand(upCommand())
    .addCommand(callCommand())
    .addCommand(callsCommand())
    .addCommand(recordingsCommand())
    .addCommand(tokensCommand())
    .addCommand(dialingCommand())
    .addCommand(benchCommand())
    .addCommand(fuzzCommand())
    .addCommand(testCommand())
    .addCommand(checkCommand())
}
