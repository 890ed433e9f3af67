require "rails"
require "active_record/railtie"

module Blog
  class Application < Rails::Application
    config.load_defaults 7.2
    config.eager_load = false
    config.secret_key_base = "not a secret in development"
    config.active_record.dump_schema_after_migration = false
    config.active_record.maintain_test_schema = false
  end
end
