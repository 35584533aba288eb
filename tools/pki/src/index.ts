export { createPki, type IssueOptions, type PemPair, type Pki, type PkiOptions } from './create-pki.ts'
export {
  createStiAuthority,
  type StiAuthority,
  type StiAuthorityOptions,
  type StiOptions,
} from './sti-authority.ts'
export { serializeTnAuthList, type TnAuthority } from './tn-auth-list.ts'
