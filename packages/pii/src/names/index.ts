export { nameRecognisers } from './recogniser.ts'
