const CONSONANTS = Array.from('BCDFGHJKLMNPQRSTVWXZ')
const VOWELS = Array.from('AEIOU')

/** 2,000 symbols of three letters: BAB, BAC, … */
export const SYMBOLS: readonly string[] = CONSONANTS.flatMap(first =>
  VOWELS.flatMap(vowel => CONSONANTS.map(last => `${first}${vowel}${last}`)),
)
