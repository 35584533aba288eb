export { memoryTokenStore } from './memory-token-store.ts'
export { isScope, scopes, type Scope } from './scopes.ts'
export {
  openTokens,
  type TokenRequest,
  type TokenRow,
  type Tokens,
  type TokensDeps,
  type TokenStore,
  type Verified,
} from './tokens.ts'
