export default {
  name: 'com.acme.hello',
  async init(ctx) {
    ctx.hook('record.afterOpen', (record) => ctx.log(`Hello, ${record.name}`));
  },
};
