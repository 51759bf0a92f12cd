-- case: a transaction of this name begins, 3
BEGIN; INSERT INTO t (a) VALUES (1); COMMIT
-- case: BEGIN WORK with a comment behind it, 2
BEGIN WORK /* ; */; COMMIT;
-- case: BEGIN NOT ATOMIC, 2
BEGIN NOT ATOMIC INSERT INTO t (a) VALUES (1); INSERT INTO t (a) VALUES (2); END; SET @x = 1;
-- case: nested blocks and declarations, 2
BEGIN NOT ATOMIC
  DECLARE n INT DEFAULT 0;
  BEGIN DECLARE m INT; SET m = 1; BEGIN SET n = m; END; END;
END;
SET @x = 1;
-- case: IF outside of a routine, 2
IF EXISTS (SELECT 1 FROM t) THEN SET @x = 1; ELSEIF 2 > 1 THEN SET @x = IF(1, 2, 3); ELSE SET @x = 3; END IF; SET @y = 1;
-- case: CASE outside of a routine, 3
CASE 1 WHEN 1 THEN SET @x = 1; SET @y = 2; ELSE BEGIN END; END CASE;
CASE WHEN 1 = 2 THEN SET @x = 1; ELSE SET @x = CASE WHEN 1 THEN 2 END; END CASE; SET @y = 1;
-- case: loops outside of a routine, 5
SET @i = 0;
WHILE @i < 2 DO SET @i = @i + 1; END WHILE;
REPEAT SET @i = @i - 1; UNTIL @i < 0 END REPEAT;
FOR i IN 1..3 DO SET @i = i; SET @j = i; END FOR; SET @y = 1;
-- case: FOR over rows, 2
FOR r IN (SELECT a FROM t) DO SET @i = r.a; SET @j = CASE r.a WHEN 1 THEN 2 ELSE 3 END; END FOR; SET @y = 1;
-- case: a procedure with all of it, 2
CREATE PROCEDURE p(IN begin INT, OUT end INT)
  COMMENT 'BEGIN; END' SQL SECURITY INVOKER
BEGIN
  DECLARE i INT DEFAULT 0;
  DECLARE c CURSOR FOR SELECT a FROM t WHERE a = CASE WHEN i THEN 1 ELSE 2 END;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET i = 1;
  DECLARE EXIT HANDLER FOR 1062, SQLSTATE '23000' BEGIN SET i = 2; RESIGNAL; END;
  IF (i > 0) THEN SET i = 1; ELSEIF i = 2 THEN SET i = 3; ELSE IF i THEN SET i = 4; END IF; END IF;
  outer_loop: WHILE i < 3 DO SET i = i + 1; IF i = 2 THEN ITERATE outer_loop; END IF; END WHILE outer_loop;
  REPEAT SET i = i - 1; UNTIL i < 0 END REPEAT;
  `l`: LOOP SET i = REPEAT('1', 1); LEAVE l; END LOOP l;
  CASE i WHEN 1 THEN SET @a = 1; ELSE SET @a = 2; END CASE;
  SELECT CASE WHEN i THEN 1 END, IF(i, 1, 2), REPEAT('a', 3) INTO @a, @b, @c;
  inner_block: BEGIN LEAVE inner_block; END inner_block;
END;
SET @x = 1;
-- case: columns that have the words as names, 4
CREATE TABLE IF NOT EXISTS spans (begin INT, end INT);
CREATE TRIGGER tr BEFORE INSERT ON spans FOR EACH ROW SET NEW.end = CASE WHEN NEW.end IS NULL THEN NEW.begin ELSE NEW.end END;
CREATE PROCEDURE q() BEGIN INSERT INTO spans (begin, end) SELECT begin, CASE end WHEN 1 THEN end ELSE end END FROM spans; UPDATE spans SET end = 1; END;
INSERT INTO spans (begin, end) VALUES (1, 2);
-- case: IF NOT EXISTS before a body that begins with IF, 2
CREATE PROCEDURE IF NOT EXISTS p() IF EXISTS (SELECT 1) THEN SET @x = 1; END IF; SET @y = 1;
-- case: bodies of one statement, 6
CREATE PROCEDURE p1() SELECT CASE WHEN 1 THEN 2 END INTO @x;
CREATE FUNCTION f1() RETURNS SET('a', 'b') RETURN IF(1, 'a', 'b');
CREATE FUNCTION f2(a VARCHAR(9) CHARACTER SET utf8) RETURNS VARCHAR(9) CHARACTER SET utf8 NO SQL RETURN REPEAT(a, 2);
CREATE FUNCTION f3() RETURNS INT DETERMINISTIC RETURN (SELECT 1 AS x) IS NOT NULL;
CREATE PROCEDURE p2() CREATE TABLE IF NOT EXISTS copy AS SELECT 1 AS a;
DROP PROCEDURE IF EXISTS p1;
-- case: OR REPLACE and DEFINER, 3
CREATE OR REPLACE DEFINER = CURRENT_USER PROCEDURE p() BEGIN SET @x = 1; END;
CREATE DEFINER=`app`@`%` FUNCTION f() RETURNS INT BEGIN RETURN 1; END; SET @x = 1;
-- case: triggers, 3
CREATE TRIGGER t1 BEFORE UPDATE ON t FOR EACH ROW BEGIN SET NEW.a = 1; SET NEW.a = 2; END;
CREATE TRIGGER t2 BEFORE UPDATE ON t FOR EACH ROW FOLLOWS t1 IF NEW.a THEN SET NEW.a = 1; SET NEW.a = 2; END IF;
CREATE TRIGGER t3 AFTER DELETE ON t FOR EACH ROW INSERT INTO t2 (a) VALUES (1)
-- case: triggers of one statement, 2
CREATE TRIGGER t4 AFTER DELETE ON t FOR EACH ROW SET @x = 1; SET @y = 1;
-- case: events, 4
CREATE EVENT e1 ON SCHEDULE EVERY 1 DAY STARTS CURRENT_TIMESTAMP + INTERVAL 1 DAY COMMENT 'DO BEGIN' DO BEGIN DELETE FROM t; DELETE FROM t; END;
CREATE EVENT IF NOT EXISTS e2 ON SCHEDULE AT CURRENT_TIMESTAMP + INTERVAL 1 DAY ON COMPLETION PRESERVE DISABLE DO DELETE FROM t;
ALTER EVENT e2 DO BEGIN DELETE FROM t; DELETE FROM t; END; SET @x = 1;
-- case: an aggregate function, 2
CREATE AGGREGATE FUNCTION total(x INT) RETURNS INT
BEGIN
  DECLARE s INT DEFAULT 0;
  DECLARE CONTINUE HANDLER FOR NOT FOUND RETURN s;
  LOOP FETCH GROUP NEXT ROW; SET s = s + x; END LOOP;
END; SET @x = 1;
-- case: XA, 6
XA START 'x'; INSERT INTO t (a) VALUES (1); XA END 'x'; XA PREPARE 'x'; XA COMMIT 'x'; SET @x = 1;
-- case: XA BEGIN and one phase, 4
XA BEGIN 'x'; INSERT INTO t (a) VALUES (1); XA END 'x'; XA COMMIT 'x' ONE PHASE;
-- case: executable comments, 3
/*!40101 SET @x = 1 */; /*!50003 CREATE */ /*!50017 DEFINER=`app`@`%` */ /*!50003 TRIGGER t5 BEFORE INSERT ON t FOR EACH ROW BEGIN SET NEW.a = 1; SET NEW.a = 2; END */;
SET @y = 1;
-- case: CREATE in a comment and its body outside, 2
/*!50003 CREATE */ PROCEDURE p() BEGIN SET @x = 1; SET @y = 1; END; SET @z = 1;
-- case: comments and quotes with semicolons, 3
# a;
-- b;
SET @x = 'a;\'; b' /* ; */; SET @y = "a;""b;"; SET @z = (SELECT 1 AS `a;b` /* ; */);
-- case: minus minus is no comment, 2
SET @x = 1--1; SET @y = 1;
-- case: Oracle mode, 6
SET sql_mode = 'ORACLE';
CREATE PROCEDURE p(a INT) AS b INT; CURSOR c IS SELECT 1 AS x FROM DUAL; BEGIN b := CASE a WHEN 1 THEN 2 END; IF b = 2 THEN b := 3; ELSIF b = 3 THEN b := 4; END IF; END;
CREATE FUNCTION f(a INT) RETURN INT IS BEGIN WHILE 1 = 2 LOOP RETURN 2; END LOOP; RETURN a; EXCEPTION WHEN OTHERS THEN BEGIN RETURN 1; END; END;
DECLARE a INT; BEGIN a := 1; <<o1>> FOR i IN 1 .. 3 LOOP a := i; <<i1>> LOOP EXIT; END LOOP; END LOOP; END;
BEGIN SET @x = 1; SET @y = 1; END;
SET @z = 1;
-- case: packages of Oracle mode, 5
SET sql_mode = 'ORACLE';
CREATE OR REPLACE PACKAGE k AS PROCEDURE p1; FUNCTION f1 RETURN INT; END;
CREATE OR REPLACE PACKAGE BODY k AS
  v INT := 1;
  FUNCTION f1 RETURN INT AS w INT; BEGIN w := v; RETURN w; END;
  PROCEDURE p1 AS BEGIN SET @x = f1(); IF 1 = 1 THEN SET @y = 2; END IF; END;
BEGIN
  v := 2;
END;
DROP PACKAGE k; SET @z = 1;
-- case: labels inside of a block, 2
BEGIN NOT ATOMIC
  DECLARE i INT DEFAULT 0;
  l1: FOR n IN 1..3 DO SET i = n; IF i = 2 THEN LEAVE l1; END IF; END FOR l1;
  l2: BEGIN LEAVE l2; END l2;
END; SET @y = 1;
-- case: a body without a semicolon at its end, 1
CREATE PROCEDURE p() BEGIN SET @x = 1; SET @y = 1; END
-- case: a prepared text, 3
PREPARE s FROM 'SET @x = 1'; EXECUTE s; EXECUTE IMMEDIATE 'SET @x = ";"';
