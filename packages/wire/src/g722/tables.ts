// ITU-T G.722 (2012) clause 3, in the names of the Recommendation: levels and weights are facts of the codec.
// oxfmt-ignore
/** Inverse quantizer of 6 bits, lower sub-band (Table 18's QQ6 with signs), by code word. */
export const lower6 = Int32Array.of(
  -136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360, -8576, -7856,
  -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688, -1360, -1040, -728,
  24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456,
  4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136,
)

// oxfmt-ignore
/** Inverse quantizer of 4 bits, lower sub-band: what both sides adapt by. */
export const lower4 = Int32Array.of(
  0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0,
)

/** Inverse quantizer of 2 bits, upper sub-band. */
export const upper2 = Int32Array.of(-7408, -1616, 7408, 1616)

// oxfmt-ignore
/** Logarithmic scale-factor multipliers of the lower sub-band, by the 4-bit code word. */
export const lowerWeights = Int32Array.of(
  -60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60,
)

/** The same of the upper sub-band, by its code word. */
export const upperWeights = Int32Array.of(798, -214, 798, -214)

// oxfmt-ignore
/** Decision levels of the 6-bit quantizer. */
export const decisionLevels = Int32Array.of(
  35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786,
  858, 940, 1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919,
)
/** Decision level of the 2-bit quantizer. */
export const upperDecision = 564

// oxfmt-ignore
/** Linear scale factors by the fraction of their logarithm. */
export const scaleFactors = Int32Array.of(
  2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834,
  2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
)

/** One half of the symmetric quadrature mirror filter, as the even taps of one phase. */
export const mirrorFilter = Int32Array.of(3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11)
