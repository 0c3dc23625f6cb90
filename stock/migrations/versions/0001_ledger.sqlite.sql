-- Movements are history: nobody changes or removes them, and levels follow from them.

CREATE TRIGGER movement_not_updated BEFORE UPDATE ON movement BEGIN
    SELECT RAISE(ABORT, 'stock moves only through stock.guard.post: UPDATE on movement refused');
END;
-- next
CREATE TRIGGER movement_not_deleted BEFORE DELETE ON movement BEGIN
    SELECT RAISE(ABORT, 'stock moves only through stock.guard.post: DELETE on movement refused');
END;
-- next
-- INSERT OR REPLACE would delete history without asking the trigger above.
CREATE TRIGGER movement_not_replaced BEFORE INSERT ON movement
WHEN EXISTS (SELECT 1 FROM movement WHERE key = NEW.key OR id = NEW.id)
    OR typeof(NEW.quantity) <> 'integer'
BEGIN
    SELECT RAISE(ABORT, 'stock moves only through stock.guard.post: this movement is refused');
END;
-- next
CREATE TRIGGER stock_level_opened BEFORE INSERT ON stock_level
WHEN NEW.available <> 0 OR NEW.committed <> 0 OR NEW.out <> 0 OR NEW.damaged <> 0
    OR NEW.lost <> 0 OR NEW.outside <> 0 OR NEW.movement_id <> 0
    OR EXISTS (SELECT 1 FROM stock_level known
               WHERE known.sku_id = NEW.sku_id
                 AND known.warehouse_id = NEW.warehouse_id)
BEGIN
    SELECT RAISE(ABORT, 'stock moves only through stock.guard.post: INSERT on stock_level refused');
END;
-- next
CREATE TRIGGER stock_level_not_deleted BEFORE DELETE ON stock_level BEGIN
    SELECT RAISE(ABORT, 'stock moves only through stock.guard.post: DELETE on stock_level refused');
END;
-- next
-- A level may change only by exactly one newer movement, and each movement is applied
-- in the moment it is inserted, so nothing is left for anybody else to apply.
CREATE TRIGGER stock_level_follows BEFORE UPDATE ON stock_level
WHEN NOT EXISTS (
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
CREATE TRIGGER line_level_opened BEFORE INSERT ON line_level
WHEN NEW.committed <> 0 OR NEW.out <> 0 OR NEW.received <> 0 OR NEW.damaged <> 0
    OR NEW.lost <> 0 OR NEW.movement_id <> 0
    OR EXISTS (SELECT 1 FROM line_level known
               WHERE known.order_line_id = NEW.order_line_id)
BEGIN
    SELECT RAISE(ABORT, 'stock moves only through stock.guard.post: INSERT on line_level refused');
END;
-- next
CREATE TRIGGER line_level_not_deleted BEFORE DELETE ON line_level BEGIN
    SELECT RAISE(ABORT, 'stock moves only through stock.guard.post: DELETE on line_level refused');
END;
-- next
CREATE TRIGGER line_level_follows BEFORE UPDATE ON line_level
WHEN NOT EXISTS (
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
-- next
CREATE TRIGGER order_line_opened AFTER INSERT ON order_line BEGIN
    INSERT INTO line_level (order_line_id, sku_id) VALUES (NEW.id, NEW.sku_id);
END;
-- next
CREATE TRIGGER movement_posted AFTER INSERT ON movement BEGIN
    INSERT INTO stock_level (sku_id, warehouse_id)
        SELECT NEW.sku_id, NEW.from_warehouse_id
        WHERE NOT EXISTS (SELECT 1 FROM stock_level known
                          WHERE known.sku_id = NEW.sku_id
                            AND known.warehouse_id = NEW.from_warehouse_id);
    INSERT INTO stock_level (sku_id, warehouse_id)
        SELECT NEW.sku_id, NEW.to_warehouse_id
        WHERE NOT EXISTS (SELECT 1 FROM stock_level known
                          WHERE known.sku_id = NEW.sku_id
                            AND known.warehouse_id = NEW.to_warehouse_id);
    UPDATE stock_level SET
        available = available + NEW.quantity
            * ((NEW.to_warehouse_id = warehouse_id AND NEW.to_bucket = 'available')
             - (NEW.from_warehouse_id = warehouse_id AND NEW.from_bucket = 'available')),
        committed = committed + NEW.quantity
            * ((NEW.to_warehouse_id = warehouse_id AND NEW.to_bucket = 'committed')
             - (NEW.from_warehouse_id = warehouse_id AND NEW.from_bucket = 'committed')),
        out = out + NEW.quantity
            * ((NEW.to_warehouse_id = warehouse_id AND NEW.to_bucket = 'out')
             - (NEW.from_warehouse_id = warehouse_id AND NEW.from_bucket = 'out')),
        damaged = damaged + NEW.quantity
            * ((NEW.to_warehouse_id = warehouse_id AND NEW.to_bucket = 'damaged')
             - (NEW.from_warehouse_id = warehouse_id AND NEW.from_bucket = 'damaged')),
        lost = lost + NEW.quantity
            * ((NEW.to_warehouse_id = warehouse_id AND NEW.to_bucket = 'lost')
             - (NEW.from_warehouse_id = warehouse_id AND NEW.from_bucket = 'lost')),
        outside = outside + NEW.quantity
            * ((NEW.to_warehouse_id = warehouse_id AND NEW.to_bucket = 'outside')
             - (NEW.from_warehouse_id = warehouse_id AND NEW.from_bucket = 'outside')),
        movement_id = NEW.id
    WHERE sku_id = NEW.sku_id
      AND warehouse_id IN (NEW.from_warehouse_id, NEW.to_warehouse_id);
    -- Whoever moves available units owes every listing of theirs a push.
    UPDATE listing SET wanted_version = wanted_version + 1, due_at = NULL
    WHERE 'available' IN (NEW.from_bucket, NEW.to_bucket)
      AND id IN (SELECT listing_id FROM listing_component WHERE sku_id = NEW.sku_id);
END;
-- next
CREATE TRIGGER movement_posted_for_line AFTER INSERT ON movement
WHEN NEW.order_line_id IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'a movement names an order line of another SKU, or none')
    WHERE NOT EXISTS (SELECT 1 FROM line_level
                      WHERE order_line_id = NEW.order_line_id
                        AND sku_id = NEW.sku_id);
    UPDATE line_level SET
        committed = committed + NEW.quantity
            * ((NEW.to_bucket = 'committed') - (NEW.from_bucket = 'committed')),
        out = out + NEW.quantity
            * ((NEW.to_bucket = 'out') - (NEW.from_bucket = 'out')),
        received = received + NEW.quantity
            * ((NEW.from_bucket IN ('out', 'lost') AND NEW.to_bucket = 'available')
             - (NEW.from_bucket = 'available' AND NEW.to_bucket = 'out')),
        damaged = damaged + NEW.quantity
            * ((NEW.to_bucket = 'damaged') - (NEW.from_bucket = 'damaged')),
        lost = lost + NEW.quantity
            * ((NEW.to_bucket = 'lost') - (NEW.from_bucket = 'lost')),
        movement_id = NEW.id
    WHERE order_line_id = NEW.order_line_id;
END;
-- next
-- A receipt line vouches for what it says and no more, and is reversed no further.
CREATE TRIGGER movement_posted_for_receipt AFTER INSERT ON movement
WHEN NEW.receipt_line_id IS NOT NULL
BEGIN
    -- A foreign key says so too, but a stranger's connection need not enforce those.
    SELECT RAISE(ABORT, 'a movement names a receipt line of another order line, or none')
    WHERE NOT EXISTS (SELECT 1 FROM receipt_line
                      WHERE id = NEW.receipt_line_id
                        AND order_line_id = NEW.order_line_id);
    SELECT RAISE(ABORT, 'a movement exceeds what its receipt line says')
    FROM movement JOIN receipt_line receipt ON receipt.id = movement.receipt_line_id
    WHERE movement.receipt_line_id = NEW.receipt_line_id
    GROUP BY receipt.id
    HAVING sum(movement.quantity * ((to_bucket = 'available')
                                  - (from_bucket = 'available')))
               NOT BETWEEN 0 AND receipt.good
        OR sum(movement.quantity * ((to_bucket = 'damaged')
                                  - (from_bucket = 'damaged')))
               NOT BETWEEN 0 AND receipt.damaged
        OR sum(movement.quantity * (to_bucket = 'lost')) > receipt.lost;
END;
-- next
CREATE TRIGGER receipt_not_updated BEFORE UPDATE ON receipt BEGIN
    SELECT RAISE(ABORT, 'a posted receipt is history: UPDATE on receipt refused');
END;
-- next
CREATE TRIGGER receipt_not_deleted BEFORE DELETE ON receipt BEGIN
    SELECT RAISE(ABORT, 'a posted receipt is history: DELETE on receipt refused');
END;
-- next
CREATE TRIGGER receipt_line_not_updated BEFORE UPDATE ON receipt_line BEGIN
    SELECT RAISE(ABORT, 'a posted receipt is history: UPDATE on receipt_line refused');
END;
-- next
CREATE TRIGGER receipt_line_not_deleted BEFORE DELETE ON receipt_line BEGIN
    SELECT RAISE(ABORT, 'a posted receipt is history: DELETE on receipt_line refused');
END;
-- next
CREATE TRIGGER receipt_not_replaced BEFORE INSERT ON receipt
WHEN EXISTS (SELECT 1 FROM receipt WHERE key = NEW.key OR id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'a posted receipt is history: this receipt is refused');
END;
-- next
CREATE TRIGGER receipt_line_not_replaced BEFORE INSERT ON receipt_line
WHEN EXISTS (SELECT 1 FROM receipt_line WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'a posted receipt is history: this receipt line is refused');
END;
-- next
CREATE TRIGGER receipt_reversal_not_updated BEFORE UPDATE ON receipt_reversal BEGIN
    SELECT RAISE(ABORT, 'a reversal is history: UPDATE on receipt_reversal refused');
END;
-- next
CREATE TRIGGER receipt_reversal_not_deleted BEFORE DELETE ON receipt_reversal BEGIN
    SELECT RAISE(ABORT, 'a reversal is history: DELETE on receipt_reversal refused');
END;
-- next
CREATE TRIGGER receipt_reversal_not_replaced BEFORE INSERT ON receipt_reversal
WHEN EXISTS (SELECT 1 FROM receipt_reversal known
             WHERE known.id = NEW.id OR known.key = NEW.key
                OR known.receipt_id = NEW.receipt_id)
BEGIN
    SELECT RAISE(ABORT, 'a reversal is history: this reversal is refused');
END;
