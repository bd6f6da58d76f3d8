export default {
  name: 'org.example.mail-merge',
  async init(ctx) {
    ctx.registerService('mail-merge', { send: (letter, contacts) => ctx.service('secrets').use('smtp', letter, contacts) });
  },
};
