export { createPki, type IssueOptions, type PemPair, type Pki, type PkiOptions } from './create-pki.ts'
