require("reflect-metadata");
const { DataSource } = require("typeorm");

module.exports = new DataSource({
  type: "postgres",
  url: process.env.DATABASE_URL,
  entities: [require("./order")],
  migrations: [`${__dirname}/migrations/*.js`],
  extra: { max: 20 },
});
