/** What the OpenAPI document says of the API as a whole. */
export const openApiInfo = {
  openapi: '3.1.0',
  info: {
    title: 'Voxkeep API',
    version: '1.0.0',
    description:
      'Calls, recordings and tokens of one Voxkeep gateway. Errors are problems (RFC 9457) with a numeric `code`; lists are pages with an opaque cursor; a POST with an `Idempotency-Key` takes effect once.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: 'https://localhost:8443', description: 'Where `api` in the configuration puts it' }],
  tags: [
    { name: 'calls', description: 'Calls, live and past' },
    { name: 'recordings', description: 'Sealed recordings of calls' },
    { name: 'objects', description: 'Where sealed data lies, and whether it is what was sealed' },
    { name: 'backups', description: 'Copies of all that is kept' },
    { name: 'retention', description: 'How long what is kept' },
    { name: 'holds', description: 'Legal holds' },
    { name: 'subjects', description: 'What persons may ask about themselves' },
    {
      name: 'speech',
      description:
        'The engines that turn speech into words, the voices that say words, and what compares voices',
    },
    { name: 'jobs', description: 'What is done now and then' },
    { name: 'tokens', description: 'API tokens' },
    { name: 'vault', description: 'Values under tokens' },
    { name: 'payments', description: 'Payments that calls asked for' },
    { name: 'keys', description: 'The keys that everything is sealed under' },
    { name: 'dialing', description: 'The toll-fraud guard' },
    { name: 'system', description: 'The gateway itself' },
  ],
  components: {
    securitySchemes: {
      bearer: {
        type: 'http' as const,
        scheme: 'bearer',
        description: 'An API token: `vk_live_` and 36 letters and digits (`\\bvk_live_[0-9A-Za-z]{36}\\b`)',
      },
    },
  },
  security: [{ bearer: [] }],
}
