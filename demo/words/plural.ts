type Forms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>;

/**
 * Chooses the form of a text by a number, by the rules of a language. `#` in the form becomes the number.
 *
 * @example const plural = pluralIn('en');
 * plural(2, { one: '# person', other: '# people' }); // '2 people'
 */
export function pluralIn(language: string): (count: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(language);
  const figures = new Intl.NumberFormat(language);
  return (count, forms) => (forms[rules.select(count)] ?? forms.other).replaceAll('#', figures.format(count));
}
