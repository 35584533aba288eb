/** The SDES names of RFC 4568 §6.2, RFC 6188 §4 and RFC 7714 §14.2. */
export type SrtpSuite =
  | 'AES_CM_128_HMAC_SHA1_80'
  | 'AES_CM_128_HMAC_SHA1_32'
  | 'AES_256_CM_HMAC_SHA1_80'
  | 'AES_256_CM_HMAC_SHA1_32'
  | 'AEAD_AES_128_GCM'
  | 'AEAD_AES_256_GCM'

export interface SuiteParameters {
  readonly kind: 'cm' | 'gcm'
  readonly keyBytes: number
  readonly saltBytes: number
  readonly rtpTagBytes: number
  /** RFC 4568 §6.2.2: the 32-bit suites keep 80 bits for SRTCP. */
  readonly rtcpTagBytes: number
}

const cm = (keyBytes: number, rtpTagBytes: number): SuiteParameters => ({
  kind: 'cm',
  keyBytes,
  saltBytes: 14,
  rtpTagBytes,
  rtcpTagBytes: 10,
})

const gcm = (keyBytes: number): SuiteParameters => ({
  kind: 'gcm',
  keyBytes,
  saltBytes: 12,
  rtpTagBytes: 16,
  rtcpTagBytes: 16,
})

export const suiteParameters: Readonly<Record<SrtpSuite, SuiteParameters>> = {
  AES_CM_128_HMAC_SHA1_80: cm(16, 10),
  AES_CM_128_HMAC_SHA1_32: cm(16, 4),
  AES_256_CM_HMAC_SHA1_80: cm(32, 10),
  AES_256_CM_HMAC_SHA1_32: cm(32, 4),
  AEAD_AES_128_GCM: gcm(16),
  AEAD_AES_256_GCM: gcm(32),
}

/** Lengths of the master key and master salt that `a=crypto` carries joined. */
export function keyLengths(suite: SrtpSuite): { keyBytes: number; saltBytes: number } {
  const { keyBytes, saltBytes } = suiteParameters[suite]
  return { keyBytes, saltBytes }
}
