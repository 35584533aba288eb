import { keepSuite } from './support/keep-suite.ts'

keepSuite('embedded')
