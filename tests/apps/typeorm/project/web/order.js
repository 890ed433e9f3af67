const { EntitySchema } = require("typeorm");

module.exports = new EntitySchema({
  name: "Order",
  tableName: "orders",
  columns: {
    id: { type: Number, primary: true, generated: true },
    number: { type: String, unique: true },
    state: { type: String },
  },
});
