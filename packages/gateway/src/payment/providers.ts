import type { PaymentProviderConfig } from '#kernel'
import { adyenProvider, type ProviderDeps } from './adyen-provider.ts'
import { braintreeProvider } from './braintree-provider.ts'
import type { PaymentProvider } from './contract.ts'
import { httpsProvider } from './https-provider.ts'
import { stripeProvider } from './stripe-provider.ts'

/** The provider that a section of the configuration describes. While a secret that it needs cannot be read, nothing is sent to it. */
export function paymentProvider(config: PaymentProviderConfig, deps: ProviderDeps): PaymentProvider {
  const provider = providerOf(config, deps)
  const references = secretsOf(config)
  return {
    ...provider,
    async pay(request, signal) {
      try {
        for (const reference of references) deps.readSecret(reference)
      } catch {
        return { outcome: 'failed', providerCode: 'secret-unavailable' }
      }
      return provider.pay(request, signal)
    },
  }
}

function providerOf(config: PaymentProviderConfig, deps: ProviderDeps): PaymentProvider {
  switch (config.kind) {
    case 'stripe':
      return stripeProvider(config, deps)
    case 'adyen':
      return adyenProvider(config, deps)
    case 'braintree':
      return braintreeProvider(config, deps)
    case 'https':
      return httpsProvider(config, deps)
  }
}

function secretsOf(config: PaymentProviderConfig): readonly string[] {
  switch (config.kind) {
    case 'stripe':
    case 'adyen':
      return [config.apiKey]
    case 'braintree':
      return [config.privateKey]
    case 'https': {
      const headers = Object.values(config.headers).flatMap((value) =>
        typeof value === 'string' ? [] : [value.secret],
      )
      return config.signing === undefined ? headers : [...headers, config.signing.secret]
    }
  }
}
