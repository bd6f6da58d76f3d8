import net from 'node:net';

class WarehouseDriver {
  connect(host, port) {
    return net.connect({ host, port });
  }
}

export default {
  name: 'io.northwind.warehouse-driver',
  async init(ctx) {
    ctx.registerService('driver.warehouse', new WarehouseDriver());
  },
};
