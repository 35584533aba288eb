/** How a call ended, seen from the phone. */
export type CallEnd =
  | { readonly why: 'hung-up' } // by us
  | { readonly why: 'remote-hung-up' }
  | { readonly why: 'cancelled' } // by us, before an answer
  | { readonly why: 'rejected'; readonly status: number; readonly reason: string }
  | { readonly why: 'timeout' } // nobody answered the INVITE at all
  | { readonly why: 'connection-lost' }
  | { readonly why: 'answer-unusable'; readonly reason: string } // a 2xx that we could not go on with
