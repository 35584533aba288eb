import { globSync } from 'node:fs'
import { join } from 'node:path'

/** Where a sealed recording lies on the disk of a gateway with its own folder store: there, or still in the spool. */
export function sealedFile(dataDir: string, id: string): string {
  const [found] = globSync(`{objects/audio/*/*,spool}/${id}.vxr`, { cwd: dataDir })
  if (found === undefined) throw new Error(`${id} is nowhere below ${dataDir}`)
  return join(dataDir, found)
}
