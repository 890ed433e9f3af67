module.exports = class Orders1700000000000 {
  async up(runner) {
    await runner.query("CREATE TABLE orders (id serial PRIMARY KEY, number text NOT NULL UNIQUE, state text NOT NULL)");
    await runner.query("CREATE TABLE rounds (id serial PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())");
  }

  async down(runner) {
    await runner.query("DROP TABLE rounds");
    await runner.query("DROP TABLE orders");
  }
};
