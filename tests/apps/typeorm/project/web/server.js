// Takes an order in one transaction, and finds it again.
const http = require("http");
const source = require("./data-source");
const Order = require("./order");

async function take({ number }) {
  return source.transaction(async (manager) => {
    const order = await manager.save(Order, { number, state: "new" });
    await manager.update(Order, order.id, { state: "taken" });
    return manager.findOneByOrFail(Order, { id: order.id });
  });
}

async function answer(request) {
  const url = new URL(request.url, "http://web");
  if (url.pathname === "/health") return source.query("SELECT 1");
  if (request.method === "GET") return source.getRepository(Order).findOneByOrFail({ number: url.searchParams.get("number") });
  let body = "";
  for await (const piece of request) body += piece;
  return take(JSON.parse(body));
}

source.initialize().then(() => {
  http
    .createServer((request, response) => {
      answer(request).then(
        (value) => response.end(JSON.stringify(value)),
        (error) => response.writeHead(500).end(String(error)),
      );
    })
    .listen(8000);
});
