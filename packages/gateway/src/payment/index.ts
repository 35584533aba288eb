export type {
  AskedPayment,
  BankDetails,
  CardDetails,
  DeclineReason,
  PaymentProvider,
  Payments,
  PayRequest,
  PayResult,
} from './contract.ts'
export type { PaymentRefusal, PaymentsDeps } from './deps.ts'
export { PaymentError, type PaymentErrorCode } from './error.ts'
export { fakePayments, type FakePayments } from './fake-payments.ts'
export { openPayments, type OpenPayments } from './open-payments.ts'
export { paymentProvider } from './providers.ts'
