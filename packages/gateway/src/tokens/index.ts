export {
  tokenKinds,
  type Tokenise,
  type TokenKind,
  type TokenShape,
  type TokenVault,
  type TokenView,
} from './contract.ts'
export type { TokenPolicy, TokenVaultDeps } from './deps.ts'
export { isTokenVaultError, TokenVaultError, type TokenVaultErrorCode } from './error.ts'
export { fakeTokenVault, type FakeTokenVault } from './fake-token-vault.ts'
export { openTokenVault } from './open-token-vault.ts'
export { subjectTokens, type SubjectTokens } from './subject-tokens.ts'
export { sweepTokens } from './sweep-tokens.ts'
