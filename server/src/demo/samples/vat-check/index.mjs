const patterns = { AT: /^ATU\d{8}$/, DE: /^DE\d{9}$/, NL: /^NL\d{9}B\d{2}$/ };

export function isVat(text) {
  const pattern = patterns[text.slice(0, 2)];
  return pattern ? pattern.test(text) : false;
}

export default {
  name: 'com.acme.vat-check',
  async init(ctx) {
    ctx.hook('record.beforeInsert', (record) => {
      if (record.vat && !isVat(String(record.vat))) throw new Error('this cannot be a VAT number');
    });
  },
};
