-- A conflict clause of the statement that posts a movement holds for what its triggers
-- write too: INSERT OR IGNORE would keep the movement and skip the level whose check
-- fails.  A trigger's own refusal is not overridden, so signs are judged here as well.
DROP TRIGGER stock_level_follows;
-- next
CREATE TRIGGER stock_level_follows BEFORE UPDATE ON stock_level
WHEN NEW.committed < 0 OR NEW.out < 0 OR NEW.damaged < 0 OR NEW.lost < 0
    OR NOT EXISTS (
    SELECT 1 FROM movement
    WHERE movement.id = NEW.movement_id AND NEW.movement_id > OLD.movement_id
      AND movement.sku_id = NEW.sku_id AND OLD.sku_id = NEW.sku_id
      AND OLD.warehouse_id = NEW.warehouse_id
      AND NEW.available - OLD.available = movement.quantity
          * ((to_warehouse_id = NEW.warehouse_id AND to_bucket = 'available')
           - (from_warehouse_id = NEW.warehouse_id AND from_bucket = 'available'))
      AND NEW.committed - OLD.committed = movement.quantity
          * ((to_warehouse_id = NEW.warehouse_id AND to_bucket = 'committed')
           - (from_warehouse_id = NEW.warehouse_id AND from_bucket = 'committed'))
      AND NEW.out - OLD.out = movement.quantity
          * ((to_warehouse_id = NEW.warehouse_id AND to_bucket = 'out')
           - (from_warehouse_id = NEW.warehouse_id AND from_bucket = 'out'))
      AND NEW.damaged - OLD.damaged = movement.quantity
          * ((to_warehouse_id = NEW.warehouse_id AND to_bucket = 'damaged')
           - (from_warehouse_id = NEW.warehouse_id AND from_bucket = 'damaged'))
      AND NEW.lost - OLD.lost = movement.quantity
          * ((to_warehouse_id = NEW.warehouse_id AND to_bucket = 'lost')
           - (from_warehouse_id = NEW.warehouse_id AND from_bucket = 'lost'))
      AND NEW.outside - OLD.outside = movement.quantity
          * ((to_warehouse_id = NEW.warehouse_id AND to_bucket = 'outside')
           - (from_warehouse_id = NEW.warehouse_id AND from_bucket = 'outside'))
)
BEGIN
    SELECT RAISE(ABORT, 'stock moves only through stock.guard.post: UPDATE on stock_level refused');
END;
-- next
DROP TRIGGER line_level_follows;
-- next
CREATE TRIGGER line_level_follows BEFORE UPDATE ON line_level
WHEN NEW.committed < 0 OR NEW.out < 0 OR NEW.received < 0 OR NEW.damaged < 0
    OR NEW.lost < 0 OR NOT EXISTS (
    SELECT 1 FROM movement
    WHERE movement.id = NEW.movement_id AND NEW.movement_id > OLD.movement_id
      AND movement.order_line_id = NEW.order_line_id
      AND OLD.order_line_id = NEW.order_line_id
      AND movement.sku_id = NEW.sku_id AND OLD.sku_id = NEW.sku_id
      AND NEW.committed - OLD.committed = movement.quantity
          * ((to_bucket = 'committed') - (from_bucket = 'committed'))
      AND NEW.out - OLD.out = movement.quantity
          * ((to_bucket = 'out') - (from_bucket = 'out'))
      AND NEW.received - OLD.received = movement.quantity
          * ((from_bucket IN ('out', 'lost') AND to_bucket = 'available')
           - (from_bucket = 'available' AND to_bucket = 'out'))
      AND NEW.damaged - OLD.damaged = movement.quantity
          * ((to_bucket = 'damaged') - (from_bucket = 'damaged'))
      AND NEW.lost - OLD.lost = movement.quantity
          * ((to_bucket = 'lost') - (from_bucket = 'lost'))
)
BEGIN
    SELECT RAISE(ABORT, 'stock moves only through stock.guard.post: UPDATE on line_level refused');
END;
