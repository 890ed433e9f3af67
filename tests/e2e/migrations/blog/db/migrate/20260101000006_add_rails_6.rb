class AddRails6 < ActiveRecord::Migration[7.2]
  def change
    add_column :item, :rails_6, :integer
    execute <<~SQL
      INSERT INTO seen SELECT 'rails', host(client_addr), application_name
      FROM pg_stat_activity WHERE pid = pg_backend_pid()
    SQL
  end
end
