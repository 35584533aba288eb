import { createEngine, nameRecognisers, piiTypes } from '@voxkeep/pii'

/** The engine with every type and every language, and no list of one's own. */
export function privacyEngine(): ReturnType<typeof createEngine> {
  return createEngine({ types: piiTypes, recognisers: nameRecognisers() })
}
