import { Command } from 'commander'
import { alertsCommand } from './alerts-command.ts'
import { auditCommand } from './audit-command.ts'
import { backupCommand, restoreCommand } from './backup-command.ts'
import { benchCommand } from './bench-command.ts'
import { callCommand } from './call-command.ts'
import { callsCommand } from './calls-command.ts'
import { checkCommand } from './check-command.ts'
import { devCommand } from './dev-command.ts'
import { dialingCommand } from './dialing-command.ts'
import { demoCommand } from './demo-command.ts'
import { doctorCommand } from './doctor-command.ts'
import { fuzzCommand } from './fuzz-command.ts'
import { consentsCommand } from './consents-command.ts'
import { holdsCommand } from './holds-command.ts'
import { initCommand } from './init-command.ts'
import { keysCommand } from './keys-command.ts'
import { liveCommand } from './live-command.ts'
import { migrateCommand } from './migrate-command.ts'
import { newCommand } from './new-command.ts'
import { objectsCommand } from './objects-command.ts'
import { paymentsCommand } from './payments-command.ts'
import { receiptCommand } from './receipt-command.ts'
import { recordingsCommand } from './recordings-command.ts'
import { jobsCommand, retentionCommand } from './retention-command.ts'
import { speechCommand } from './speech-command.ts'
import { verifiersCommand } from './verifiers-command.ts'
import { voicesCommand } from './voices-command.ts'
import { subjectsCommand } from './subjects-command.ts'
import { testCommand } from './test-command.ts'
import { tokensCommand } from './tokens-command.ts'
import { transcriptsCommand } from './transcripts-command.ts'
import { upCommand } from './up-command.ts'
import { vaultCommand } from './vault-command.ts'

/** The whole command line, ready to parse. */
export function createProgram(): Command {
  return new Command('voxkeep')
    .description('The armoured transport between the telephone network and your own AI.')
    .version('0.1.0')
    .showHelpAfterError('(run "voxkeep help" or "voxkeep COMMAND --help")')
    .addCommand(demoCommand())
    .addCommand(newCommand())
    .addCommand(devCommand())
    .addCommand(initCommand())
    .addCommand(upCommand())
    .addCommand(doctorCommand())
    .addCommand(callCommand())
    .addCommand(callsCommand())
    .addCommand(liveCommand())
    .addCommand(recordingsCommand())
    .addCommand(transcriptsCommand())
    .addCommand(vaultCommand())
    .addCommand(paymentsCommand())
    .addCommand(keysCommand())
    .addCommand(tokensCommand())
    .addCommand(retentionCommand())
    .addCommand(holdsCommand())
    .addCommand(consentsCommand())
    .addCommand(speechCommand())
    .addCommand(voicesCommand())
    .addCommand(verifiersCommand())
    .addCommand(subjectsCommand())
    .addCommand(jobsCommand())
    .addCommand(dialingCommand())
    .addCommand(alertsCommand())
    .addCommand(auditCommand())
    .addCommand(receiptCommand())
    .addCommand(objectsCommand())
    .addCommand(backupCommand())
    .addCommand(restoreCommand())
    .addCommand(migrateCommand())
    .addCommand(benchCommand())
    .addCommand(fuzzCommand())
    .addCommand(testCommand())
    .addCommand(checkCommand())
}
