import { keepSuite } from './support/keep-suite.ts'

keepSuite('postgres-s3-vault')
