export { awsClientSettings, type AwsAddress } from './aws-client.ts'
export { SecretError, type SecretErrorCode } from './error.ts'
export { openSecrets, type SecretBook, type SecretBookDeps, type SecretSources } from './open-secrets.ts'
export { referencesIn } from './reference.ts'
export { secretSources, type SourcesDeps } from './secret-sources.ts'
export {
  vaultClient,
  type VaultAddress,
  type VaultAnswer,
  type VaultCall,
  type VaultClient,
  type VaultDeps,
} from './vault-client.ts'
