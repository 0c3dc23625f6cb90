-- Movements are history: nobody changes or removes them, and levels follow from them.

CREATE FUNCTION truestock_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'TS001', MESSAGE =
        'stock moves only through stock.guard.post: '
        || TG_OP || ' on ' || TG_TABLE_NAME || ' refused';
END $$;
-- next
CREATE TRIGGER movement_is_history
    BEFORE UPDATE OR DELETE OR TRUNCATE ON movement
    FOR EACH STATEMENT EXECUTE FUNCTION truestock_refuse();
-- next
-- A depth of zero means: not caused by a movement.
CREATE TRIGGER stock_level_follows
    BEFORE INSERT OR UPDATE OR DELETE ON stock_level
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION truestock_refuse();
-- next
CREATE TRIGGER stock_level_stays
    BEFORE TRUNCATE ON stock_level
    FOR EACH STATEMENT EXECUTE FUNCTION truestock_refuse();
-- next
CREATE TRIGGER line_level_follows
    BEFORE INSERT OR UPDATE OR DELETE ON line_level
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION truestock_refuse();
-- next
CREATE TRIGGER line_level_stays
    BEFORE TRUNCATE ON line_level
    FOR EACH STATEMENT EXECUTE FUNCTION truestock_refuse();
-- next
CREATE FUNCTION truestock_line_opened() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO line_level (order_line_id, sku_id)
        SELECT id, sku_id FROM opened ORDER BY id;
    RETURN NULL;
END $$;
-- next
CREATE TRIGGER order_line_opened
    AFTER INSERT ON order_line REFERENCING NEW TABLE AS opened
    FOR EACH STATEMENT EXECUTE FUNCTION truestock_line_opened();
-- next
-- Its plans are kept, whether the first call brought one movement or thousands, and
-- whether the tables were empty then.  Only one kind of plan is good for all: go through
-- the changes in order, and look each row up by its key.
CREATE FUNCTION truestock_movement_posted() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
    change record;
BEGIN
    -- Rows are taken in one order everywhere: lines, then levels, then listings, each
    -- by its key.
    IF EXISTS (SELECT FROM posted WHERE order_line_id IS NOT NULL) THEN
        FOR change IN
            WITH moved AS MATERIALIZED (
                SELECT order_line_id, sku_id, max(id) AS movement_id,
                    sum(quantity * ((to_bucket = 'committed')::int
                                  - (from_bucket = 'committed')::int)) AS committed,
                    sum(quantity * ((to_bucket = 'out')::int
                                  - (from_bucket = 'out')::int)) AS out,
                    sum(quantity * ((from_bucket IN ('out', 'lost')
                                     AND to_bucket = 'available')::int
                                  - (from_bucket = 'available'
                                     AND to_bucket = 'out')::int)) AS received,
                    sum(quantity * ((to_bucket = 'damaged')::int
                                  - (from_bucket = 'damaged')::int)) AS damaged,
                    sum(quantity * ((to_bucket = 'lost')::int
                                  - (from_bucket = 'lost')::int)) AS lost
                FROM posted WHERE order_line_id IS NOT NULL
                GROUP BY order_line_id, sku_id ORDER BY order_line_id
            ), known AS (
                UPDATE line_level SET
                    committed = line_level.committed + moved.committed,
                    out = line_level.out + moved.out,
                    received = line_level.received + moved.received,
                    damaged = line_level.damaged + moved.damaged,
                    lost = line_level.lost + moved.lost,
                    movement_id = greatest(line_level.movement_id, moved.movement_id)
                FROM moved
                WHERE line_level.order_line_id = moved.order_line_id
                  AND line_level.sku_id = moved.sku_id
                RETURNING line_level.order_line_id, line_level.sku_id
            )
            SELECT FROM moved WHERE (order_line_id, sku_id) NOT IN (
                SELECT order_line_id, sku_id FROM known
            )
        LOOP
            RAISE EXCEPTION 'a movement names an order line of another SKU, or none'
                USING ERRCODE = 'foreign_key_violation';
        END LOOP;
    END IF;

    FOR change IN
        WITH moved AS MATERIALIZED (
            SELECT sku_id, warehouse_id, max(id) AS movement_id,
                sum(quantity * (bucket = 'available')::int) AS available,
                sum(quantity * (bucket = 'committed')::int) AS committed,
                sum(quantity * (bucket = 'out')::int) AS out,
                sum(quantity * (bucket = 'damaged')::int) AS damaged,
                sum(quantity * (bucket = 'lost')::int) AS lost,
                sum(quantity * (bucket = 'outside')::int) AS outside
            FROM (
                SELECT id, sku_id, from_warehouse_id AS warehouse_id,
                    from_bucket AS bucket, -quantity AS quantity FROM posted
                UNION ALL
                SELECT id, sku_id, to_warehouse_id, to_bucket, quantity FROM posted
            ) leg
            GROUP BY sku_id, warehouse_id ORDER BY sku_id, warehouse_id
        ), known AS (
            UPDATE stock_level SET
                available = stock_level.available + moved.available,
                committed = stock_level.committed + moved.committed,
                out = stock_level.out + moved.out,
                damaged = stock_level.damaged + moved.damaged,
                lost = stock_level.lost + moved.lost,
                outside = stock_level.outside + moved.outside,
                movement_id = greatest(stock_level.movement_id, moved.movement_id)
            FROM moved
            WHERE stock_level.sku_id = moved.sku_id
              AND stock_level.warehouse_id = moved.warehouse_id
            RETURNING stock_level.sku_id, stock_level.warehouse_id
        )
        SELECT * FROM moved WHERE (sku_id, warehouse_id) NOT IN (
            SELECT sku_id, warehouse_id FROM known
        )
        ORDER BY sku_id, warehouse_id
    LOOP
        -- The first movement here; another transaction may be opening the level too.
        INSERT INTO stock_level (sku_id, warehouse_id)
            VALUES (change.sku_id, change.warehouse_id) ON CONFLICT DO NOTHING;
        UPDATE stock_level SET
            available = available + change.available,
            committed = committed + change.committed,
            out = out + change.out,
            damaged = damaged + change.damaged,
            lost = lost + change.lost,
            outside = outside + change.outside,
            movement_id = greatest(movement_id, change.movement_id)
        WHERE sku_id = change.sku_id AND warehouse_id = change.warehouse_id;
    END LOOP;

    -- Whoever moves available units owes every listing of theirs a push.
    UPDATE listing SET wanted_version = wanted_version + 1, due_at = NULL
    FROM (
        SELECT DISTINCT component.listing_id FROM posted
        JOIN listing_component component ON component.sku_id = posted.sku_id
        WHERE 'available' IN (posted.from_bucket, posted.to_bucket)
        ORDER BY component.listing_id
    ) owed
    WHERE listing.id = owed.listing_id;

    IF EXISTS (SELECT FROM posted WHERE receipt_line_id IS NOT NULL) THEN
        PERFORM truestock_check_receipts(array_agg(receipt_line_id))
        FROM posted WHERE receipt_line_id IS NOT NULL;
    END IF;
    RETURN NULL;
END $$;
-- next
-- A receipt line vouches for what it says and no more, and is reversed no further.
CREATE FUNCTION truestock_check_receipts(lines bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM movement
        JOIN receipt_line receipt ON receipt.id = movement.receipt_line_id
        WHERE movement.receipt_line_id = ANY (lines)
        GROUP BY receipt.id
        HAVING sum(movement.quantity * ((to_bucket = 'available')::int
                                      - (from_bucket = 'available')::int))
                   NOT BETWEEN 0 AND receipt.good
            OR sum(movement.quantity * ((to_bucket = 'damaged')::int
                                      - (from_bucket = 'damaged')::int))
                   NOT BETWEEN 0 AND receipt.damaged
            OR sum(movement.quantity * (to_bucket = 'lost')::int) > receipt.lost
    ) THEN
        RAISE EXCEPTION 'a movement exceeds what its receipt line says'
            USING ERRCODE = 'TS002';
    END IF;
END $$;
-- next
CREATE TRIGGER receipt_is_history
    BEFORE UPDATE OR DELETE OR TRUNCATE ON receipt
    FOR EACH STATEMENT EXECUTE FUNCTION truestock_refuse();
-- next
CREATE TRIGGER receipt_line_is_history
    BEFORE UPDATE OR DELETE OR TRUNCATE ON receipt_line
    FOR EACH STATEMENT EXECUTE FUNCTION truestock_refuse();
-- next
CREATE TRIGGER receipt_reversal_is_history
    BEFORE UPDATE OR DELETE OR TRUNCATE ON receipt_reversal
    FOR EACH STATEMENT EXECUTE FUNCTION truestock_refuse();
-- next
CREATE TRIGGER movement_posted
    AFTER INSERT ON movement REFERENCING NEW TABLE AS posted
    FOR EACH STATEMENT EXECUTE FUNCTION truestock_movement_posted();
