// ITU-T G.711 Tables 3 and 4 pair the quantizer levels of one law with those of the other, counted from the
// smallest: they keep µ→A→µ and A→µ→A stable, which decoding and encoding again does not.
// oxfmt-ignore
const alawLevelOfUlaw = [
  1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8,
  9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
  25, 27, 29, 31, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44,
  46, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62,
  64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79,
  80, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 96,
  97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112,
  113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127, 128,
]
// oxfmt-ignore
const ulawLevelOfAlaw = [
  1, 3, 5, 7, 9, 11, 13, 15, 16, 17, 18, 19, 20, 21, 22, 23,
  24, 25, 26, 27, 28, 29, 30, 31, 32, 32, 33, 33, 34, 34, 35, 35,
  36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 48, 49, 49,
  50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 64,
  65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80,
  80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95,
  96, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111,
  112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127,
]

// On the wire a µ-law level is inverted, and an A-law level has its even bits inverted.
const ulawToAlawTable = Uint8Array.from({ length: 256 }, (_, code) => {
  const level = ~code & 0x7f
  return (code & 0x80) | (((alawLevelOfUlaw[level] ?? 0) - 1) ^ 0x55)
})
const alawToUlawTable = Uint8Array.from({ length: 256 }, (_, code) => {
  const level = (code ^ 0x55) & 0x7f
  return (code & 0x80) | (~(ulawLevelOfAlaw[level] ?? 0) & 0x7f)
})

/** Converts µ-law to A-law; `out` may be `codes` itself. Returns the part of `out` that was written. */
export function ulawToAlaw(codes: Uint8Array, out: Uint8Array): Uint8Array {
  return translate(ulawToAlawTable, codes, out)
}

/** Converts A-law to µ-law; `out` may be `codes` itself. Returns the part of `out` that was written. */
export function alawToUlaw(codes: Uint8Array, out: Uint8Array): Uint8Array {
  return translate(alawToUlawTable, codes, out)
}

function translate(table: Uint8Array, codes: Uint8Array, out: Uint8Array): Uint8Array {
  for (let i = 0; i < codes.length; i += 1) out[i] = table[codes[i] ?? 0] ?? 0
  return codes.length === out.length ? out : out.subarray(0, codes.length)
}
